namespace Propolis.Vmm.Migration.Wire;

/// <summary>What has gone over all connections of a migration; written from several of them.</summary>
sealed class MigrationCounters
{
    long _wireBytes;
    long _pages;
    long _zeroPages;

    /// <summary>Bytes on the wire.</summary>
    public long WireBytes => Interlocked.Read(ref _wireBytes);

    /// <summary>Pages that held something.</summary>
    public long Pages => Interlocked.Read(ref _pages);

    /// <summary>Pages of zeroes.</summary>
    public long ZeroPages => Interlocked.Read(ref _zeroPages);

    /// <summary>Counts bytes.</summary>
    public void AddWireBytes(long bytes) => Interlocked.Add(ref _wireBytes, bytes);

    /// <summary>Counts pages.</summary>
    public void AddPages(PageFrameType type, int pages) => Interlocked.Add(ref type == PageFrameType.Zero ? ref _zeroPages : ref _pages, pages);
}
