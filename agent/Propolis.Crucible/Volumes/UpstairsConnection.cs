using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>One attempt to reach a replica and the connection it becomes.</summary>
sealed class UpstairsConnection(CancellationToken stop)
{
    readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
    FrameSender? _sender;
    Stream? _stream;

    /// <summary>Where the core encodes; guarded by the set's lock.</summary>
    public FrameBuffer Requests { get; } = new();

    /// <summary>Cancelled when nobody wants it any more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The stream is there.</summary>
    public void Open(Stream stream) => (_stream, _sender) = (stream, new FrameSender(stream));

    /// <summary>Hands what was encoded to the sender; called under the set's lock.</summary>
    public void SendRequests()
    {
        _sender?.Append(Requests.Written);
        Requests.Clear();
    }

    /// <summary>Ends it.</summary>
    public void Close() => _ = _ended.CancelAsync();

    /// <summary>Reads frames until either side ends it.</summary>
    public async Task RunAsync(Action<ReadOnlyMemory<byte>> receive)
    {
        var sending = _sender!.RunAsync(_ended.Token);
        try
        {
            var source = new FrameSource(_stream!);
            while (await source.ReadAsync(_ended.Token).ConfigureAwait(false) is { } frame)
                receive(frame);
        }
        finally
        {
            _sender.Close();
            await _ended.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
