namespace Propolis.Scenarios;

/// <summary>A scenario's surroundings did not do what they were asked; the text ends with what they said last.</summary>
public sealed class ScenarioException(string message) : Exception(message);
