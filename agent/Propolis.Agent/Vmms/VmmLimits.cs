namespace Propolis.Agent.Vmms;

/// <summary>How long each step of a VMM may take before the agent ends it. Generous: emulated sleds are slow.</summary>
sealed record VmmLimits
{
    /// <summary>From its process's start until its server answers.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>An orderly stop: from the power button until the guest is off. Then it is stopped at once.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A stop at once, until the server says so. Then its process is ended.</summary>
    public TimeSpan HardStop { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the VM's end until its process has released everything.</summary>
    public TimeSpan Release { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a kill until the process is gone.</summary>
    public TimeSpan Kill { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a server that does not answer is asked.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMilliseconds(100);
}
