namespace Propolis.Crucible.Extents;

/// <summary>An open file. Reads and writes are whole or fail with <see cref="IOException"/>.</summary>
public interface IRandomFile : IDisposable
{
    /// <summary>Bytes of the file.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/>.</summary>
    void Read(long offset, Span<byte> target);

    /// <summary>Writes at <paramref name="offset"/>; durable only after <see cref="Sync"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Grows with zeros, or cuts.</summary>
    void SetLength(long length);

    /// <summary>Makes everything written so far durable.</summary>
    void Sync();
}
