using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Propolis.Cli.Tests;

/// <summary>A server that writes down what it is asked, and answers what the test says.</summary>
sealed class FakeServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentQueue<(int Status, string Body)> _answers = new();

    FakeServer(WebApplication app) => _app = app;

    public ConcurrentQueue<string> Requests { get; } = new();

    public Func<WebSocket, string, Task>? OnSocket { get; set; }

    public string Port => new Uri(_app.Urls.Single()).Port.ToString();

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeServer(app);
        app.UseWebSockets();
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>The next answer; after the last one, 204.</summary>
    public void Answer(int status, string body) => _answers.Enqueue((status, body));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {body}".Trim());
        if (context.WebSockets.IsWebSocketRequest && OnSocket is not null)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await OnSocket(socket, context.Request.QueryString.Value!);
            return;
        }
        if (!_answers.TryDequeue(out var answer)) answer = (204, "");
        context.Response.StatusCode = answer.Status;
        if (answer.Body.Length > 0) await context.Response.WriteAsync(answer.Body);
    }
}
