namespace Propolis.Crucible.Volumes;

/// <summary>The part of a request that falls into one sub-volume.</summary>
/// <param name="Index">The sub-volume.</param>
/// <param name="Start">The first block in it.</param>
/// <param name="Count">Blocks.</param>
/// <param name="Skipped">Blocks of the request in front of this part.</param>
public readonly record struct VolumePiece(int Index, ulong Start, ulong Count, ulong Skipped);
