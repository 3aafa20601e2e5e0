namespace Propolis.Crucible.Wire;

/// <summary>The other side sent something that is not a frame; the connection cannot go on.</summary>
public sealed class FrameException(string message) : IOException(message);
