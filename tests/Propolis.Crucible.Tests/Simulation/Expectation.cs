namespace Propolis.Crucible.Tests.Simulation;

/// <summary>What the checker knew when a request was made.</summary>
sealed class Expectation
{
    public ulong Block { get; init; }

    /// <summary>The values of a write.</summary>
    public List<int> Values { get; init; } = [];

    /// <summary>Per block of a read: the oldest and newest write it may return.</summary>
    public List<(int Oldest, int Newest)> Seen { get; init; } = [];

    /// <summary>Per block: the newest write acknowledged when a flush was asked for.</summary>
    public Dictionary<ulong, int> Acknowledged { get; init; } = [];

    public bool AfterDisplacement { get; set; }
}
