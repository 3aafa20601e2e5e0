namespace Propolis.Vmm.Migration;

/// <summary>What a side says when it asks for the decision.</summary>
/// <param name="Migration">Which migration.</param>
/// <param name="Side">Who asks.</param>
/// <param name="Target">What it knows of the target.</param>
/// <param name="Reason">Why the target is not known to be ready; empty when it is.</param>
public sealed record MigrationQuestion(Guid Migration, MigrationSide Side, TargetReadiness Target, string Reason);
