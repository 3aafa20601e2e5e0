using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>One kept job as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">The message a healthy replica gets.</param>
/// <param name="Dependencies">The jobs it follows.</param>
/// <param name="States">What became of it at each replica.</param>
public sealed record JobStatus(ulong Id, MessageKind Kind, IReadOnlyList<ulong> Dependencies, IReadOnlyList<JobState> States)
{
    /// <summary>Blocks it reads or writes.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Whether it was sent again after a connection was lost.</summary>
    public bool Replayed { get; init; }

    /// <summary>Whether the guest has its answer.</summary>
    public bool Acknowledged { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {Kind} [{string.Join(' ', Dependencies)}] {string.Join('/', States)}";
}
