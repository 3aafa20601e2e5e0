using System.Buffers;
using Propolis.Vmm.Io;

namespace Propolis.Vmm.Net;

/// <summary>
/// Two ends in this process: what one sends the other receives on the same pair. Connects two guests, or a guest and a test. An end whose peer does not take frames is busy
/// once <see cref="Capacity"/> frames wait.
/// </summary>
public sealed class NetPair
{
    /// <summary>Frames that wait in one direction of one queue pair before senders find no room.</summary>
    public const int Capacity = 256;

    /// <summary>Two connected ends with the same abilities.</summary>
    public NetPair(NetAbilities abilities)
    {
        var first = new NetPairEnd(abilities);
        var second = new NetPairEnd(abilities);
        first.Join(second);
        second.Join(first);
        (First, Second) = (first, second);
    }

    /// <summary>One end.</summary>
    public INetBackend First { get; }

    /// <summary>The other.</summary>
    public INetBackend Second { get; }

    /// <summary>One end: holds what waits to be received here.</summary>
    sealed class NetPairEnd(NetAbilities abilities) : INetBackend
    {
        readonly Lock _gate = new();
        readonly Queue<(byte[] Buffer, int Length)>[] _waiting = [.. Enumerable.Range(0, abilities.QueuePairs).Select(_ => new Queue<(byte[], int)>())];
        readonly bool[] _isReceiveWanted = new bool[abilities.QueuePairs];
        readonly bool[] _isSendWanted = new bool[abilities.QueuePairs];
        IoEvent[] _readable = [];
        IoEvent[] _writable = [];
        NetPairEnd? _peer;

        public NetAbilities Abilities => abilities;

        public void Join(NetPairEnd peer) => _peer = peer;

        public void Start(INetReceiver receiver, IReadOnlyList<IoThread> threads)
        {
            var readable = new IoEvent[abilities.QueuePairs];
            var writable = new IoEvent[abilities.QueuePairs];
            for (var i = 0; i < readable.Length; i++)
            {
                var pair = i;
                readable[pair] = threads[pair % threads.Count].AddEvent(() => OnReadable(receiver, pair));
                writable[pair] = threads[pair % threads.Count].AddEvent(() => receiver.Writable(pair));
            }
            lock (_gate) (_readable, _writable) = (readable, writable);
        }

        public void Configure(NetOffloads receiverOffloads, int activePairs) { }

        public int Receive(int pair, Span<byte> frame)
        {
            (byte[] Buffer, int Length) taken;
            lock (_gate)
            {
                if (!_waiting[pair].TryDequeue(out taken)) return 0;
            }
            var length = Math.Min(taken.Length, frame.Length);
            taken.Buffer.AsSpan(0, length).CopyTo(frame);
            ArrayPool<byte>.Shared.Return(taken.Buffer);
            _peer!.OnRoom(pair);
            return length;
        }

        public NetSendResult Send(int pair, ReadOnlySpan<byte> frame) => _peer!.Take(pair, frame) ? NetSendResult.Sent : NetSendResult.Busy;

        public void WantReceive(int pair, bool isWanted)
        {
            bool signal;
            lock (_gate)
            {
                _isReceiveWanted[pair] = isWanted;
                signal = isWanted && _waiting[pair].Count > 0;
            }
            if (signal) Signal(_readable, pair);
        }

        public void WantSend(int pair)
        {
            lock (_gate) _isSendWanted[pair] = true;
            if (_peer!.HasRoom(pair)) OnRoom(pair);
        }

        public void Dispose()
        {
            IoEvent[] all;
            lock (_gate)
            {
                all = [.. _readable, .. _writable];
                _readable = _writable = [];
            }
            foreach (var one in all) one.Dispose();
        }

        bool HasRoom(int pair)
        {
            lock (_gate) return _waiting[pair].Count < Capacity;
        }

        bool Take(int pair, ReadOnlySpan<byte> frame)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(frame.Length);
            frame.CopyTo(buffer);
            bool signal;
            lock (_gate)
            {
                if (_waiting[pair].Count >= Capacity)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return false;
                }
                _waiting[pair].Enqueue((buffer, frame.Length));
                signal = _isReceiveWanted[pair];
            }
            if (signal) Signal(_readable, pair);
            return true;
        }

        void OnRoom(int pair)
        {
            lock (_gate)
            {
                if (!_isSendWanted[pair]) return;
                _isSendWanted[pair] = false;
            }
            Signal(_writable, pair);
        }

        void OnReadable(INetReceiver receiver, int pair)
        {
            receiver.Readable(pair);
            // Level, not edge: what the front end left behind is announced again.
            lock (_gate)
            {
                if (!_isReceiveWanted[pair] || _waiting[pair].Count == 0) return;
            }
            Signal(_readable, pair);
        }

        static void Signal(IoEvent[] events, int pair)
        {
            if (pair < events.Length) events[pair].Signal();
        }
    }
}
