namespace Propolis.Vmm.Block;

/// <summary>A disk that cannot be opened or used as configured: one sentence that names it.</summary>
public sealed class BlockBackendException(string message, Exception? cause = null) : Exception(message, cause);
