namespace Propolis.Agent;

/// <summary>The agent cannot do what it was asked or started for; the text is one sentence for people.</summary>
/// <param name="message">What, where, and what would be right.</param>
/// <param name="cause">What was seen.</param>
sealed class AgentException(string message, Exception? cause = null) : Exception(message, cause);
