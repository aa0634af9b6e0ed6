package dev.holdfast.engine.failure;

/** The headers of a response, as far as classification reads them. */
@FunctionalInterface
public interface HeaderLookup {
  /** No headers at all. */
  HeaderLookup NONE = name -> "";

  /** The first value of this header, whatever the case of its name; empty if there is none. */
  String first(String name);
}
