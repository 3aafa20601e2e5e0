namespace Propolis.Vmm.Machine;

/// <summary>A machine that cannot be built, paused or restored: one sentence that says why.</summary>
public sealed class MachineException(string message, Exception? cause = null) : Exception(message, cause);
