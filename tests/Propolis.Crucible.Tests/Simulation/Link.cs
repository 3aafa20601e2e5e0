using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Simulation;

/// <summary>
/// One connection: frames arrive in order or not at all. Any two connections are free of each other, so replicas see things
/// in different orders.
/// </summary>
sealed class Link(SimulatedUpstairs up, int replica, long attempt, SimulatedDownstairs down)
{
    readonly Queue<byte[]> _toDown = new();
    readonly Queue<byte[]> _toUp = new();
    string? _closing;
    bool _broken;

    public SimulatedUpstairs Up { get; } = up;

    public int Replica { get; } = replica;

    public SimulatedDownstairs Down { get; } = down;

    public ConnectionId Connection { get; set; }

    public FrameBuffer UpOut { get; } = new();

    public FrameBuffer DownOut { get; } = new();

    public bool Broken => _broken;

    public bool HasTraffic => !_broken && (_toDown.Count > 0 || _toUp.Count > 0 || _closing is not null);

    /// <summary>Takes what both sides encoded since the last call.</summary>
    public void Collect()
    {
        Move(UpOut, _toDown);
        Move(DownOut, _toUp);
    }

    /// <summary>Delivers one frame in one direction.</summary>
    public void Deliver(Random random)
    {
        var downwards = _toDown.Count > 0 && _closing is null && (_toUp.Count == 0 || random.Next(2) == 0);
        if (downwards)
            Down.Receive(this, _toDown.Dequeue());
        else if (_toUp.Count > 0)
            Up.Core.Receive(Replica, attempt, _toUp.Dequeue());
        else if (_closing is { } reason)
            Break(reason);
    }

    /// <summary>What was sent before still arrives, then the end.</summary>
    public void CloseFromDownstairs(string reason)
    {
        Move(DownOut, _toUp);
        _closing = reason;
    }

    public void CloseFromUpstairs()
    {
        if (_broken)
            return;
        _broken = true;
        Down.LinkBroken(this);
    }

    /// <summary>Everything on its way is lost.</summary>
    public void Break(string reason)
    {
        if (_broken)
            return;
        _broken = true;
        Down.LinkBroken(this);
        if (!Up.Dead)
            Up.Core.Disconnected(Replica, attempt, reason);
    }

    static void Move(FrameBuffer buffer, Queue<byte[]> queue)
    {
        for (var rest = buffer.Written; !rest.IsEmpty;)
        {
            var length = BitConverter.ToInt32(rest);
            queue.Enqueue(rest[..length].ToArray());
            rest = rest[length..];
        }

        buffer.Clear();
    }
}
