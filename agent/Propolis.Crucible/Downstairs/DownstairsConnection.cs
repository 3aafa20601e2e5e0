using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>One accepted connection of a <see cref="DownstairsServer"/>, with a thread that reads and one that sends what others must not wait for.</summary>
/// <param name="transport">The connection, which it frees.</param>
/// <param name="gate">The server's lock.</param>
sealed class DownstairsConnection(FrameTransport transport, Lock gate)
{
    const int BacklogLimit = 64 * 1024 * 1024;
    const int BatchLimit = 512 * 1024;
    static readonly TimeSpan BacklogPause = TimeSpan.FromMilliseconds(5);

    readonly FrameSender _sender = new(transport, gate);
    readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the core encodes; guarded by the server's lock.</summary>
    public FrameBuffer Answers => _sender.Frames;

    /// <summary>Set when the core is done with it; guarded by the server's lock.</summary>
    public bool Ending { get; private set; }

    /// <summary>Done when nothing runs for it any more.</summary>
    public Task Finished => _finished.Task;

    /// <summary>The core is done with it: what was answered is still sent. Under the server's lock.</summary>
    public void End()
    {
        Ending = true;
        transport.CloseReceive();
    }

    /// <summary>Leaves answers to the sending thread; under the server's lock.</summary>
    public void SendLater() => _sender.Wake();

    /// <summary>Ends it at once, from any thread.</summary>
    public void Break() => transport.Close();

    /// <summary>Reads frames until either side or the core ends it.</summary>
    /// <param name="receive">Takes a frame; false ends it.</param>
    public void Run(FrameHandler receive)
    {
        var sending = new Thread(_sender.Run) { Name = "crucible-send", IsBackground = true };
        sending.Start();
        try
        {
            Read(receive);
        }
        finally
        {
            lock (gate)
                _sender.Close();
            sending.Join();
            transport.Dispose();
            _finished.TrySetResult();
        }
    }

    // Answers to requests that came together go together.
    void Read(FrameHandler receive)
    {
        var source = new FrameSource(transport);
        while (source.TryRead(out var frame))
        {
            var goesOn = receive(frame, out var waiting);
            if (!source.HasNext || waiting > BatchLimit)
                _sender.Flush();
            if (!goesOn)
                return;
            if (waiting > BatchLimit)
                WaitForRoom();
        }
    }

    // A client that does not read its answers does not get to ask for more.
    void WaitForRoom()
    {
        using var never = new ManualResetEventSlim();
        while (_sender.Backlog > BacklogLimit)
            never.Wait(BacklogPause);
    }

    /// <summary>Handles one frame and tells how many bytes of answers wait.</summary>
    public delegate bool FrameHandler(ReadOnlySpan<byte> frame, out int waiting);
}
