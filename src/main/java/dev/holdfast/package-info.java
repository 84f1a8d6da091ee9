/** The exceptions that all packages share. */
package dev.holdfast;
