using Propolis.Contracts.Server;

namespace Propolis.Agent.Vmms;

/// <summary>What was seen of a VMM until its process ended.</summary>
sealed record VmmEnd
{
    /// <summary>What its server published last, if anything.</summary>
    public InstanceState? Published { get; init; }

    /// <summary>What its server told of its end, if it did.</summary>
    public InstanceOutcome? Outcome { get; init; }

    /// <summary>Whether it was asked to stop.</summary>
    public required bool StopRequested { get; init; }

    /// <summary>Why the agent gave it up, if it did.</summary>
    public string? Failure { get; init; }

    /// <summary>How the process ended.</summary>
    public required string HowProcessEnded { get; init; }

    /// <summary>The last line that its server logged.</summary>
    public string? LastWords { get; init; }
}
