using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Propolis.Contracts;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;
using Propolis.Silo.Rest;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Rest;

/// <summary>Consoles of VMMs that a test speaks for.</summary>
sealed class FakeConsoles : ISerialDialer
{
    readonly Channel<(long Incarnation, SerialStart Start, FakeConsole Console)> _joins = Channel.CreateUnbounded<(long, SerialStart, FakeConsole)>();

    public ulong? Sent { get; set; } = 1000;

    /// <summary>Whether the next consoles take nothing.</summary>
    public bool Broken { get; set; }

    public async Task<(long Incarnation, SerialStart Start, FakeConsole Console)> JoinedAsync() => await _joins.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public Task<WebSocket> JoinAsync(string address, InstanceId instance, long incarnation, SerialStart start, CancellationToken cancel)
    {
        var console = new FakeConsole(Broken);
        _joins.Writer.TryWrite((incarnation, start, console));
        return Task.FromResult<WebSocket>(console);
    }

    public Task<InstanceSerialConsoleHistoryResponse> HistoryAsync(string address, InstanceId instance, long incarnation, SerialStart start, long? maxBytes, CancellationToken cancel) => Sent is { } sent
        ? Task.FromResult(new InstanceSerialConsoleHistoryResponse { Data = new EquatableList<byte>("tail"u8.ToArray()), LastByteOffset = sent })
        : throw new SledCallException("there is no history");
}

/// <summary>One of them, as the silo sees it.</summary>
sealed class FakeConsole(bool broken, Action<int>? taking = null) : WebSocket
{
    readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Channel<(WebSocketMessageType Type, byte[] Data)> _toReader = Channel.CreateUnbounded<(WebSocketMessageType, byte[])>();
    readonly Channel<byte[]> _typed = Channel.CreateUnbounded<byte[]>();

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => WebSocketState.Open;

    public override string? SubProtocol => null;

    public void Says(string text) => _toReader.Writer.TryWrite((WebSocketMessageType.Binary, Encoding.ASCII.GetBytes(text)));

    public void Tells(string json) => _toReader.Writer.TryWrite((WebSocketMessageType.Text, Encoding.ASCII.GetBytes(json)));

    public void Ends() => _toReader.Writer.TryWrite((WebSocketMessageType.Close, []));

    /// <summary>Waits until it has not taken something.</summary>
    public Task RefusedAsync() => _refused.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<string> TypedAsync() => Encoding.ASCII.GetString(await _typed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (type, data) = await _toReader.Reader.ReadAsync(cancellationToken);
        data.CopyTo(buffer);
        return new(data.Length, type, true);
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        taking?.Invoke(buffer.Length);
        if (!broken) return _typed.Writer.WriteAsync(buffer.ToArray(), cancellationToken);
        _refused.TrySetResult();
        throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
    }

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override void Abort()
    {
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
    }
}
