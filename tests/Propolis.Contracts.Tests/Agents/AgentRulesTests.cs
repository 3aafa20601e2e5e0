using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Agents;

namespace Propolis.Contracts.Tests.Agents;

public sealed class AgentRulesTests
{
    static readonly IncarnationMemory New = new();

    [Fact]
    public void A_lower_incarnation_is_stale()
    {
        var memory = AgentRules.AfterEnsure(New, 3);
        Assert.False(AgentRules.MayEnsure(memory, 2));
        Assert.True(AgentRules.MayEnsure(memory, 3));
        Assert.True(AgentRules.MayEnsure(memory, 4));
    }

    [Fact]
    public void What_was_removed_before_it_came_never_starts() => Assert.False(AgentRules.MayEnsure(AgentRules.AfterRemove(New, 5), 5));

    [Fact]
    public void Whatever_comes_in_whatever_order_nothing_starts_below_what_was_seen_or_removed() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(bool Ensure, byte Incarnation)[]>(),
            commands =>
            {
                var memory = New;
                foreach (var (ensure, incarnation) in commands)
                {
                    if (ensure && AgentRules.MayEnsure(memory, incarnation))
                        Assert.True(incarnation >= memory.Highest && incarnation > memory.Removed);
                    var next = ensure ? AgentRules.AfterEnsure(memory, incarnation) : AgentRules.AfterRemove(memory, incarnation);
                    Assert.True(next.Highest >= memory.Highest && next.Removed >= memory.Removed && next.Highest >= next.Removed);
                    memory = next;
                }
            }).QuickCheckThrowOnFailure();
}
