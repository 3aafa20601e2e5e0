using Propolis.Contracts.Ids;

namespace Propolis.Silo.Sleds;

/// <summary>What to do with one instance of a drain.</summary>
/// <param name="State">What it needs.</param>
/// <param name="Migration">The migration that moves it, or would.</param>
/// <param name="Reason">One sentence for people.</param>
public sealed record DrainStep(DrainNeed State, MigrationId? Migration, string Reason);
