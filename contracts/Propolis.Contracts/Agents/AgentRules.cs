namespace Propolis.Contracts.Agents;

/// <summary>What an agent decides about incarnations (<see cref="AgentRoutes"/>, rules 1 to 4), as pure functions for agents real and simulated.</summary>
public static class AgentRules
{
    /// <summary>Whether an ensure is to be obeyed.</summary>
    /// <param name="memory">What the agent has on disk for the instance.</param>
    /// <param name="incarnation">The incarnation asked for.</param>
    public static bool MayEnsure(IncarnationMemory memory, long incarnation) => incarnation >= memory.Highest && incarnation > memory.Removed;

    /// <summary>What to keep before an ensure is acted on.</summary>
    /// <param name="memory">What the agent has on disk for the instance.</param>
    /// <param name="incarnation">The incarnation asked for.</param>
    public static IncarnationMemory AfterEnsure(IncarnationMemory memory, long incarnation) => memory with { Highest = Math.Max(memory.Highest, incarnation) };

    /// <summary>What to keep before a removal is acted on.</summary>
    /// <param name="memory">What the agent has on disk for the instance.</param>
    /// <param name="incarnation">The incarnation to remove.</param>
    public static IncarnationMemory AfterRemove(IncarnationMemory memory, long incarnation) => new()
    {
        Highest = Math.Max(memory.Highest, incarnation),
        Removed = Math.Max(memory.Removed, incarnation),
    };

    /// <summary>Whether a VMM in this state has ended for good.</summary>
    /// <param name="state">The state.</param>
    public static bool IsFinal(VmmState state) => state is VmmState.Stopped or VmmState.Failed or VmmState.Fenced or VmmState.Absent;
}
