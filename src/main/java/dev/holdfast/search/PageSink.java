package dev.holdfast.search;

import dev.holdfast.format.Digest;

/** Where pages go. */
interface PageSink {
    /** Keeps a page, unless it is kept already, and says what it is called. */
    Digest put(byte[] page);
}
