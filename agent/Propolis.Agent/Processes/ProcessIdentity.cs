namespace Propolis.Agent.Processes;

/// <summary>Names one process of this machine for ever: pids are given out again, but not with the same start time in the same boot.</summary>
sealed record ProcessIdentity
{
    /// <summary>The pid.</summary>
    public required int Pid { get; init; }

    /// <summary>When it started, in the kernel's ticks since boot.</summary>
    public required long StartTicks { get; init; }

    /// <summary>The boot in which it started.</summary>
    public required string BootId { get; init; }
}
