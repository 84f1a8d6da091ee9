/**
 * Keys on paper (keys.md §9): a <em>paper copy</em> is text for people beside QR codes for cameras,
 * laid out as the official client does it; the <em>reader</em> takes either back, in any order and
 * from several pages.
 */
package dev.holdfast.crypto.paper;
