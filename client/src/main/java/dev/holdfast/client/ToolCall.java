package dev.holdfast.client;

/**
 * A call of a tool that the model asks for.
 *
 * @param id the provider's name for it; empty if it gave none
 * @param name of the tool
 * @param arguments JSON, as the model wrote it
 */
public record ToolCall(String id, String name, String arguments) {}
