namespace Propolis.Contracts.Hosting;

/// <summary>A grain could not be reached, or ended while it worked: whether the call was carried out is unknown.</summary>
/// <param name="message">Which grain, which method, and what was seen.</param>
/// <param name="cause">What was seen.</param>
public sealed class GrainCallException(string message, Exception? cause = null) : Exception(message, cause);
