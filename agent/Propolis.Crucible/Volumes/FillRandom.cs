namespace Propolis.Crucible.Volumes;

/// <summary>Fills bytes with fresh random ones.</summary>
public delegate void FillRandom(Span<byte> target);
