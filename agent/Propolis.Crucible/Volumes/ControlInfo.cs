using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Crucible.Upstairs;

namespace Propolis.Crucible.Volumes;

/// <summary>The answer of <c>GET /info</c>; lists have one entry a replica.</summary>
sealed record ControlInfo
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public required UpstairsState State { get; init; }

    public required IReadOnlyList<ReplicaState> DsState { get; init; }

    public required int UpJobs { get; init; }

    public required int DsJobs { get; init; }

    public required int ReconcileDone { get; init; }

    public required int ReconcileNeeded { get; init; }

    public required IReadOnlyList<long> ExtentsRepaired { get; init; }

    public required IReadOnlyList<long> ExtentsConfirmed { get; init; }

    public required IReadOnlyList<uint?> ExtentLimit { get; init; }

    public required IReadOnlyList<long> LiveRepairCompleted { get; init; }

    public required IReadOnlyList<long> LiveRepairAborted { get; init; }

    /// <summary>Ours: why each replica does not serve; empty where it does.</summary>
    public required IReadOnlyList<string> Trouble { get; init; }

    public static ControlInfo Of(UpstairsStatus status) => new()
    {
        State = status.State,
        DsState = [.. status.Replicas.Select(r => r.State)],
        UpJobs = status.HeldRequests,
        DsJobs = status.KeptJobs,
        ReconcileDone = status.Reconciled,
        ReconcileNeeded = status.ToReconcile,
        ExtentsRepaired = [.. status.Replicas.Select(r => r.Repairs.ExtentsRepaired)],
        ExtentsConfirmed = [.. status.Replicas.Select(r => r.Repairs.ExtentsConfirmed)],
        ExtentLimit = [.. status.Replicas.Select(r => r.ExtentLimit)],
        LiveRepairCompleted = [.. status.Replicas.Select(r => r.Repairs.Completed)],
        LiveRepairAborted = [.. status.Replicas.Select(r => r.Repairs.Aborted)],
        Trouble = [.. status.Replicas.Select(r => r.Trouble)],
    };
}
