using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>One job in the answer of <c>GET /work</c>.</summary>
sealed record ControlJob(ulong Id, bool Replay, MessageKind JobType, ulong NumBlocks, IReadOnlyList<ulong> Deps, bool AckStatus, IReadOnlyList<JobState> State)
{
    public static ControlJob Of(JobStatus job) => new(job.Id, job.Replayed, job.Kind, job.Blocks, job.Dependencies, job.Acknowledged, job.States);
}
