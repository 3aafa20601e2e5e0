using Propolis.Vmm.Io;

namespace Propolis.Vmm.Net;

/// <summary>
/// Where a network card's frames go: a tap interface, another guest. Frames start with a <see cref="NetHeader"/>. No call waits. One front end uses it; each pair is used from one
/// thread at a time, except that frames may be sent from any thread.
/// </summary>
public interface INetBackend : IDisposable
{
    /// <summary>What it can do.</summary>
    NetAbilities Abilities { get; }

    /// <summary>Connects the front end; pair i calls on thread i modulo their number. Nothing is wanted at first. Called once.</summary>
    void Start(INetReceiver receiver, IReadOnlyList<IoThread> threads);

    /// <summary>Sets what the guest that receives understands, and over how many pairs frames are spread to it.</summary>
    void Configure(NetOffloads receiverOffloads, int activePairs);

    /// <summary>Takes a frame. Returns its bytes with header, 0 when there is none.</summary>
    int Receive(int pair, Span<byte> frame);

    /// <summary>Sends a frame.</summary>
    NetSendResult Send(int pair, ReadOnlySpan<byte> frame);

    /// <summary>Says whether the front end wants to hear of frames of this pair.</summary>
    void WantReceive(int pair, bool isWanted);

    /// <summary>Asks for one <see cref="INetReceiver.Writable"/>.</summary>
    void WantSend(int pair);
}
