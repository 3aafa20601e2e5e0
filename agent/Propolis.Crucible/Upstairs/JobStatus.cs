using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>One kept job as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">The message a healthy replica gets.</param>
/// <param name="Dependencies">The jobs it follows.</param>
/// <param name="States">What became of it at each replica.</param>
public sealed record JobStatus(ulong Id, MessageKind Kind, IReadOnlyList<ulong> Dependencies, IReadOnlyList<JobState> States)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id} {Kind} [{string.Join(' ', Dependencies)}] {string.Join('/', States)}";
}
