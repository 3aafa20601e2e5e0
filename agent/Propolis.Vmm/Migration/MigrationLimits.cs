namespace Propolis.Vmm.Migration;

/// <summary>Bounds of what a side accepts from the other, and of how long it waits.</summary>
public sealed record MigrationLimits
{
    /// <summary>Bytes of one control frame.</summary>
    public const int ControlFrame = 4 << 20;

    /// <summary>Pages in one frame: a word of a dirty bitmap.</summary>
    public const int PagesPerFrame = 64;

    /// <summary>Connections for memory.</summary>
    public const int Streams = 16;

    /// <summary>Bytes of state in one frame.</summary>
    public const int StateChunk = 1 << 20;

    /// <summary>Bytes of the spec that travels along.</summary>
    public const int SpecBytes = 1 << 20;

    /// <summary>Bytes of state in all; memory disks are state.</summary>
    public long StateBytes { get; init; } = 1L << 30;

    /// <summary>For the two sides to meet.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the target to build its machine and compare.</summary>
    public TimeSpan Preflight { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For anything to move on a connection while memory or state is under way.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the source to send anything at all: it may be pausing, draining and releasing disks meanwhile.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the target to take the state over.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For one call of the decider; then it is asked again.</summary>
    public TimeSpan Ask { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two questions.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>For the source to hear that the guest runs; only its figures depend on it.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(10);
}
