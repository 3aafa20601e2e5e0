namespace Propolis.Vmm.Migration;

/// <summary>How a migration ended, as one side knows it.</summary>
/// <param name="HasMoved">The guest runs, or is to run, on the target.</param>
/// <param name="Reason">Why it stayed, as a sentence; empty when it moved.</param>
/// <param name="Last">The figures at the end.</param>
/// <param name="Duration">From the first connection to the end.</param>
public sealed record MigrationResult(bool HasMoved, string Reason, MigrationProgress Last, TimeSpan Duration);
