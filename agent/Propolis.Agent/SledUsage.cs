namespace Propolis.Agent;

/// <summary>What the VMMs of a sled use.</summary>
sealed record SledUsage
{
    /// <summary>VMMs with a process.</summary>
    public int Running { get; init; }

    /// <summary>Processors given to guests.</summary>
    public int Cpus { get; init; }

    /// <summary>Memory given to guests, in MiB.</summary>
    public long MemoryMb { get; init; }

    /// <summary>Memory that their processes use.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Processor time that VMM processes have used since the agent's start, ended ones included.</summary>
    public double CpuSeconds { get; init; }
}
