using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>What became of a job that was allowed to run.</summary>
enum JobOutcomeKind
{
    /// <summary>Answered.</summary>
    Done,

    /// <summary>An extent must be fetched first.</summary>
    Fetch,

    /// <summary>To be run again.</summary>
    Postponed,

    /// <summary>The connection must end.</summary>
    Refused,
}

/// <summary>A <see cref="JobOutcomeKind"/> with what it needs.</summary>
readonly record struct JobOutcome(JobOutcomeKind Kind)
{
    public JobIdentity Identity { get; init; }

    public uint Extent { get; init; }

    public IPEndPoint? Source { get; init; }

    public string Reason { get; init; } = "";
}
