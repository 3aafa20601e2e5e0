using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Hosting;

/// <summary>
/// Reaches the grains of an in-process silo over HTTP: <c>POST grains/{alias of the interface}/{key}/{alias of the method}</c> with the
/// argument as JSON, 200 with the result or 204 without. Every other status is a <see cref="GrainCallException"/>.
/// </summary>
/// <param name="http">A client whose base address ends in the API's root, <c>http://ip:port/v1/</c>.</param>
public sealed class RemoteGrains(HttpClient http) : IGrains
{
    readonly ConcurrentDictionary<(Type Type, string Key), object> _proxies = [];

    /// <inheritdoc/>
    public T Get<T>(string key)
        where T : class, IGrainWithStringKey =>
        (T)_proxies.GetOrAdd((typeof(T), key), _ =>
        {
            var proxy = DispatchProxy.Create<T, RemoteCalls>();
            ((RemoteCalls)(object)proxy).Bind(http, $"grains/{GrainNames.Of(typeof(T))}/{Uri.EscapeDataString(key)}");
            return proxy;
        });

    /// <summary>Turns calls into requests; public because proxies derive from it, of no use elsewhere.</summary>
    public class RemoteCalls : DispatchProxy
    {
        static readonly MethodInfo Typed = typeof(RemoteCalls).GetMethod(nameof(SendForAsync), BindingFlags.Instance | BindingFlags.NonPublic)!;

        HttpClient _http = null!;
        string _path = "";

        internal void Bind(HttpClient http, string path) => (_http, _path) = (http, path);

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var method = targetMethod!;
            return method.ReturnType == typeof(Task)
                ? SendAndForgetAsync(method, args)
                : Typed.MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(this, [method, args]);
        }

        async Task SendAndForgetAsync(MethodInfo method, object?[]? args) => (await SendAsync(method, args)).Dispose();

        async Task<T?> SendForAsync<T>(MethodInfo method, object?[]? args)
        {
            using var answer = await SendAsync(method, args);
            return answer.Content.Headers.ContentLength == 0 ? default : await answer.Content.ReadFromJsonAsync<T>(PropolisJson.Options);
        }

        async Task<HttpResponseMessage> SendAsync(MethodInfo method, object?[]? args)
        {
            var path = $"{_path}/{GrainNames.Of(method)}";
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(method, args) };
                var answer = await _http.SendAsync(request);
                if (answer.IsSuccessStatusCode)
                    return answer;
                var text = await answer.Content.ReadAsStringAsync();
                answer.Dispose();
                throw new GrainCallException($"{path} was answered with status {(int)answer.StatusCode}: {text}");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                throw new GrainCallException($"{path} was not answered", e);
            }
        }

        static ByteArrayContent Body(MethodInfo method, object?[]? args)
        {
            var body = args is [{ } one] ? JsonSerializer.SerializeToUtf8Bytes(one, method.GetParameters()[0].ParameterType, PropolisJson.Options) : [];
            return new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }
    }
}
