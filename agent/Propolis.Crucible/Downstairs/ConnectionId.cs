namespace Propolis.Crucible.Downstairs;

/// <summary>One connection to a downstairs, never used again after it closed.</summary>
/// <param name="Value">A number that counts up.</param>
public readonly record struct ConnectionId(long Value);
