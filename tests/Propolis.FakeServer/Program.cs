// Stands in for propolis-server in tests of agents and clusters: same command line, same REST, no guest. What its VM is named decides
// what goes wrong: "deaf" ignores the power button, "refused" is refused by PUT /instance, "broken" ends at once.
using System.Net.WebSockets;
using System.Text;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.FakeServer;

var listen = args[Array.IndexOf(args, "--listen") + 1];
Console.WriteLine($"fake propolis-server on {listen}: {string.Join(' ', args)}");
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://{listen}");
builder.Services.ConfigureHttpJsonOptions(json => PropolisJson.Apply(json.SerializerOptions));
await using var app = builder.Build();
var vm = new FakeVm();
app.UseWebSockets();

IResult Error(int status, string sentence) => TypedResults.Json(new ServerError { Message = sentence, RequestId = "fake" }, statusCode: status);
IResult NoInstance() => Error(424, "there is no instance");

app.MapPut("/instance", (InstanceEnsureRequest request) =>
{
    if (vm.Properties is not null)
        return Error(409, "there is an instance already");
    if (request.Properties.Name.Contains("refused", StringComparison.Ordinal))
        return Error(400, "this fake refuses VMs named so");
    if (request.Properties.Name.Contains("broken", StringComparison.Ordinal))
    {
        Console.WriteLine("the fake breaks, as its name says");
        Environment.Exit(3);
    }
    vm.Make(request);
    return TypedResults.Json(new InstanceEnsureResponse(), statusCode: 201);
});
app.MapGet("/instance", () => vm.Properties is { } properties
    ? TypedResults.Ok(new InstanceGetResponse { Instance = new Instance { Properties = properties, State = vm.State } })
    : NoInstance());
app.MapMethods("/instance/state-monitor", ["GET"], async (HttpRequest request, CancellationToken aborted) =>
{
    var asked = await request.ReadFromJsonAsync<InstanceStateMonitorRequest>(aborted);
    return vm.Properties is null ? NoInstance() : TypedResults.Ok(await vm.WaitAsync(asked!.Gen, aborted));
});
app.MapPut("/instance/state", async (HttpRequest request) =>
{
    if (vm.Properties is null)
        return NoInstance();
    vm.Ask(await request.ReadFromJsonAsync<InstanceStateRequested>());
    return TypedResults.NoContent();
});
app.MapPost("/instance/power-button", () =>
{
    if (!vm.Properties!.Name.Contains("deaf", StringComparison.Ordinal))
        vm.Ask(InstanceStateRequested.Stop);
    return TypedResults.NoContent();
});
app.MapGet("/instance/serial", async (HttpContext context) =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    await socket.SendAsync(Encoding.ASCII.GetBytes($"serial{context.Request.QueryString}\n"), WebSocketMessageType.Binary, true, context.RequestAborted);
    await socket.SendAsync("""{"control":"text"}"""u8.ToArray(), WebSocketMessageType.Text, true, context.RequestAborted);
    var buffer = new byte[4096];
    while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } frame)
        await socket.SendAsync(buffer.AsMemory(0, frame.Count), frame.MessageType, frame.EndOfMessage, context.RequestAborted);
    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
});
app.MapGet("/instance/serial/history", (HttpRequest request) => vm.Properties is null
    ? NoInstance()
    : TypedResults.Ok(new { data = Encoding.ASCII.GetBytes($"history{request.QueryString}").Select(one => (int)one), last_byte_offset = 7 }));
app.MapPut("/fake/state", async (HttpRequest request) => vm.Publish(await request.ReadFromJsonAsync<InstanceState>()));
app.MapGet("/fake/resets", () => vm.Resets);
app.MapGet("/fake/request", () => vm.Request);
app.MapPost("/fake/exit", (int code) =>
{
    Console.WriteLine($"the fake ends with {code}, as asked");
    Environment.Exit(code);
});
await app.RunAsync();
