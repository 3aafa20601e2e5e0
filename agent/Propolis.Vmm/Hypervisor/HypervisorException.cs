namespace Propolis.Vmm.Hypervisor;

/// <summary>The hypervisor refused or is not there: the message says what was asked and what to do about it.</summary>
public sealed class HypervisorException(string message, int errorNumber = 0) : Exception(message)
{
    /// <summary>The system's errno, 0 when none applies.</summary>
    public int ErrorNumber { get; } = errorNumber;
}
