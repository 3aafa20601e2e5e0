namespace Propolis.Vmm.Migration;

/// <summary>A migration that does not go on: one sentence that says why and on which side.</summary>
public sealed class MigrationException(string message, Exception? cause = null) : Exception(message, cause);
