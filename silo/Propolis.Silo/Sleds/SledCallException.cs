namespace Propolis.Silo.Sleds;

/// <summary>An agent did not answer, or not in a way that tells what became of the request.</summary>
/// <param name="message">Which agent, what was asked, what was seen.</param>
/// <param name="cause">What was seen.</param>
public sealed class SledCallException(string message, Exception? cause = null) : Exception(message, cause);
