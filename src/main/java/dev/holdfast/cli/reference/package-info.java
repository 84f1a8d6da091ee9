/**
 * Reference for users that is made from the command line's own model, so that it cannot differ from
 * it: help texts, manual pages, and completion for shells. Knows picocli and nothing else of this
 * program.
 */
package dev.holdfast.cli.reference;
