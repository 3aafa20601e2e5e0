namespace Propolis.Crucible.Upstairs;

/// <summary>Blocks of one extent, hashed and perhaps encrypted, in the form they travel in behind the dependencies.</summary>
/// <param name="Start">The first block.</param>
/// <param name="Count">Blocks.</param>
/// <param name="Body">Start, contexts and data, encoded.</param>
public sealed record SealedWrite(ulong Start, ulong Count, ReadOnlyMemory<byte> Body);
