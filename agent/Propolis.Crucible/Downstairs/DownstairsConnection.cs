using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>One accepted stream of a <see cref="DownstairsServer"/>.</summary>
sealed class DownstairsConnection(Stream stream)
{
    readonly FrameSender _sender = new(stream);
    readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _ended = new();

    /// <summary>Where the core encodes; guarded by the server's lock.</summary>
    public FrameBuffer Answers { get; } = new();

    /// <summary>Set when the core is done with it; guarded by the server's lock.</summary>
    public bool Ending { get; set; }

    /// <summary>Bytes not yet on the wire.</summary>
    public int Backlog => _sender.Backlog;

    /// <summary>Done when nothing runs for it any more.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Hands what was encoded to the sender; called under the server's lock.</summary>
    public void SendAnswers()
    {
        _sender.Append(Answers.Written);
        Answers.Clear();
        if (!Ending)
            return;
        _sender.Close();
        _ = _ended.CancelAsync();
    }

    /// <summary>Reads frames until the stream or the core ends it; what was answered is still sent.</summary>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> receive, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        var sending = _sender.RunAsync(cancellation);
        try
        {
            var source = new FrameSource(stream);
            while (await source.ReadAsync(both.Token).ConfigureAwait(false) is { } frame)
                await receive(frame).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        finally
        {
            _sender.Close();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _finished.TrySetResult();
        }
    }
}
