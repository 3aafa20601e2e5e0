using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>One VM's process on a simulated sled. It lives on when its agent does not.</summary>
sealed class SimVmm(SimAgent agent, InstanceId instance, long incarnation, VmmEnsureRequest request)
{
    public SimAgent Agent { get; } = agent;

    public InstanceId Instance { get; } = instance;

    public long Incarnation { get; } = incarnation;

    public VmmEnsureRequest Request { get; } = request;

    public VmmState State { get; private set; } = VmmState.Creating;

    public string? Reason { get; private set; }

    /// <summary>Whether the guest's processors run.</summary>
    public bool GuestRuns { get; set; }

    /// <summary>Whether the process is gone: whatever it was about to do, it does not.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Volumes and the generations that they were opened with; empty while they are not open.</summary>
    public List<DiskGeneration> Open { get; } = [];

    /// <summary>Where a target waits.</summary>
    public string? MigrationAddress { get; set; }

    /// <summary>The migration that it sends for, or did.</summary>
    public MigrationId? Sending { get; set; }

    /// <summary>The sending is to end, unless the guest is paused already.</summary>
    public bool StopSending { get; set; }

    /// <summary>Counts the changes, so that the agent knows what to report.</summary>
    public int Changes { get; private set; }

    public bool IsFinal => AgentRules.IsFinal(State);

    public void Set(VmmState state, string? reason = null)
    {
        if (IsDead || IsFinal)
            return;
        (State, Reason) = (state, reason);
        Changes++;
        if (IsFinal)
            StopGuest();
    }

    public void Die()
    {
        IsDead = true;
        StopGuest();
    }

    public override string ToString() => $"{Instance}/{Incarnation} on {Agent.Sled} {State}{(GuestRuns ? ", running" : "")}{(IsDead ? ", dead" : "")}";

    void StopGuest()
    {
        GuestRuns = false;
        Open.Clear();
    }
}
