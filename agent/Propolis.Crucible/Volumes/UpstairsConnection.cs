using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>One attempt to reach a replica and the connection it becomes.</summary>
/// <param name="gate">The set's lock.</param>
/// <param name="stop">Cancelled when the set goes.</param>
sealed class UpstairsConnection(Lock gate, CancellationToken stop)
{
    readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
    FrameSender? _sender;
    FrameTransport? _transport;

    /// <summary>Where the core encodes, once it is open; guarded by the set's lock.</summary>
    public FrameBuffer Requests => _sender!.Frames;

    /// <summary>Cancelled when nobody wants it any more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>There is a connection, which this frees.</summary>
    public void Open(FrameTransport transport) => (_transport, _sender) = (transport, new FrameSender(transport, gate));

    /// <summary>Sends on this thread what goes without waiting; not under the set's lock.</summary>
    public void SendNow() => _sender?.Flush();

    /// <summary>Leaves what was encoded to the sending thread; under the set's lock.</summary>
    public void SendLater() => _sender?.Wake();

    /// <summary>Ends it.</summary>
    public void Close() => _ = _ended.CancelAsync();

    /// <summary>Reads frames until either side ends it.</summary>
    public void Run(FrameHandler receive)
    {
        var sending = new Thread(_sender!.Run) { Name = "crucible-send", IsBackground = true };
        sending.Start();
        using var closing = _ended.Token.Register(_transport!.Close);
        try
        {
            var source = new FrameSource(_transport);
            while (source.TryRead(out var frame))
                receive(frame);
        }
        finally
        {
            _transport.Close();
            lock (gate)
                _sender.Close();
            sending.Join();
            _transport.Dispose();
        }
    }

    /// <summary>Handles one frame.</summary>
    public delegate void FrameHandler(ReadOnlySpan<byte> frame);
}
