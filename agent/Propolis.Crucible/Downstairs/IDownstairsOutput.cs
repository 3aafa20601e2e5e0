using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>What a <see cref="DownstairsCore"/> wants done outside. Called from within its methods; must not call back.</summary>
public interface IDownstairsOutput
{
    /// <summary>Where to encode a frame for a connection.</summary>
    FrameBuffer To(ConnectionId connection);

    /// <summary>Close a connection after what was encoded for it is sent.</summary>
    void Close(ConnectionId connection, string reason);

    /// <summary>
    /// Fetch the file of an extent from another downstairs into <see cref="Extents.RegionPaths.RepairCopy"/>, durably, and
    /// call <see cref="DownstairsCore.FetchFinished"/> with <paramref name="token"/>, which puts it in place.
    /// </summary>
    void FetchExtent(long token, uint extent, IPEndPoint source);

    /// <summary>Something an operator should read.</summary>
    void Log(string message);
}
