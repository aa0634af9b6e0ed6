/** Reading and editing JSON as bytes, so that what is not edited stays as it was sent. */
@NullMarked
package dev.holdfast.engine.json;

import org.jspecify.annotations.NullMarked;
