namespace Propolis.Vmm.State;

/// <summary>A snapshot or a migration stream that this build cannot take: says which payload and what was expected.</summary>
public sealed class StateFormatException(string message) : Exception(message);
