using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Vmms;

/// <summary>What an agent does about live migrations, by the rules of <see cref="AgentRoutes"/>. Pure.</summary>
static class MigrationRules
{
    /// <summary>What to ask the grain; null while this side does not stand still, and for a target that is not ready.</summary>
    /// <param name="status">What the server says.</param>
    /// <param name="incarnation">The VMM.</param>
    public static MigrationQuestion? Question(MigrationStatus status, long incarnation) =>
        status.Wait is { } wait && (status.Side == MigrationSide.Source || wait.Target == TargetReadiness.Ready)
            ? new MigrationQuestion { Side = status.Side, Incarnation = incarnation, Target = wait.Target, Reason = wait.Reason }
            : null;

    /// <summary>The migration that a VMM takes part in; null for none.</summary>
    /// <param name="record">The VMM's record.</param>
    public static MigrationId? Of(VmmRecord record) => record.Sending?.Migration ?? record.Request.Source?.Migration;

    /// <summary>Why a VMM cannot be sent; null when it can, or is being sent by this very migration.</summary>
    /// <param name="record">The VMM's record.</param>
    /// <param name="request">The order.</param>
    public static string? WhyNotSend(VmmRecord record, VmmMigrateRequest request) => record switch
    {
        { Sending: { } sending } when sending.Migration == request.Migration => null,
        { StopRequested: true } => "the VMM is being stopped",
        { State: VmmState.Running } => null,
        _ => $"the VMM does not run its guest; it is {record.State.ToString().ToLowerInvariant()}",
    };

    /// <summary>What a silo hears of a target: it migrates until its guest runs.</summary>
    /// <param name="record">The VMM's record.</param>
    /// <param name="state">What its server's state would mean otherwise.</param>
    public static VmmState WhileMoving(VmmRecord record, VmmState state) =>
        record.Request.Source is not null && state is VmmState.Creating or VmmState.Starting && record.State is VmmState.Creating or VmmState.Migrating ? VmmState.Migrating : state;
}
