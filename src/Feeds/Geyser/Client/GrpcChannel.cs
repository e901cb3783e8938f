using System;
using System.IO;
using System.Net.Http;
using System.Net.Security;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>
/// gRPC by hand on the platform's HTTP/2: https is TLS, http is HTTP/2 without TLS (h2c, prior knowledge). No message
/// is compressed either way. One channel is one connection.
/// Source: github.com/grpc/grpc doc/PROTOCOL-HTTP2.md.
/// </summary>
internal sealed class GrpcChannel : IDisposable
{
    private const int StreamWindowBytes = 8 << 20;
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _address;
    private readonly string? _token;

    /// <summary>A channel to <paramref name="address"/>; the token goes into the metadata <c>x-token</c>.</summary>
    public GrpcChannel(Uri address, string? token, TimeSpan connectTimeout, SslClientAuthenticationOptions? tls)
    {
        _address = address;
        _token = token;
        SocketsHttpHandler handler = new()
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            KeepAlivePingDelay = KeepAliveDelay,
            KeepAlivePingTimeout = KeepAliveTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseCookies = false,
            UseProxy = false,
        };
        if (tls is not null) handler.SslOptions = tls;
        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends a call and returns with the answer's headers; the body is still to be read.</summary>
    public Task<HttpResponseMessage> SendAsync(string method, HttpContent body, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(_address, "/geyser.Geyser/" + method))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "grpc-dotnet-lowlatency");
        if (_token is not null) request.Headers.TryAddWithoutValidation("x-token", _token);
        return _invoker.SendAsync(request, cancellation);
    }

    /// <summary>What an answer's headers already decide: not gRPC, or an error without body. Null = read on.</summary>
    public static ConnectionEnd? Judge(HttpResponseMessage response)
    {
        if (GrpcStatus.Read(response.Headers) is GrpcStatus status) return FromStatus(status);
        int http = (int)response.StatusCode;
        if (http != 200)
        {
            return http switch
            {
                401 or 403 => new ConnectionEnd(ConnectionCause.Unauthorized, http, "HTTP status"),
                429 => new ConnectionEnd(ConnectionCause.RateLimited, http, "HTTP status"),
                >= 500 => new ConnectionEnd(ConnectionCause.ServerUnavailable, http, "HTTP status"),
                _ => new ConnectionEnd(ConnectionCause.HttpRefused, http, "HTTP status"),
            };
        }

        string type = response.Content.Headers.ContentType?.MediaType ?? "none";
        return type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            ? null
            : new ConnectionEnd(ConnectionCause.BadHandshake, 0, "the answer's content type is " + type);
    }

    /// <summary>The end that a gRPC status is.</summary>
    public static ConnectionEnd FromStatus(in GrpcStatus status)
    {
        ConnectionCause cause = status.Code switch
        {
            GrpcCode.Ok => ConnectionCause.ClosedByServer,
            GrpcCode.Unauthenticated or GrpcCode.PermissionDenied => ConnectionCause.Unauthorized,
            GrpcCode.ResourceExhausted => ConnectionCause.RateLimited,
            _ => ConnectionCause.GrpcStatus,
        };
        return new ConnectionEnd(cause, (int)status.Code, status.Message);
    }

    /// <summary>The end that a failure of the transport is.</summary>
    public static ConnectionEnd FromException(Exception error)
    {
        switch (error)
        {
            case OperationCanceledException { InnerException: TimeoutException }:
                return new ConnectionEnd(ConnectionCause.ConnectTimeout, 0, "no connection in time");
            case OperationCanceledException:
                return new ConnectionEnd(ConnectionCause.Stopped);
            case HttpProtocolException broken:
                return FromProtocol(broken);
            case HttpRequestException { InnerException: HttpProtocolException broken }:
                return FromProtocol(broken);
            case HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: IOException inner }:
                return FromException(inner); // "an error occurred": which one is inside
            case IOException { InnerException: HttpRequestException inner }:
                return FromException(inner);
            case HttpRequestException request:
                return new ConnectionEnd(FromHttpError(request.HttpRequestError), 0, error.Message);
            case HttpIOException io:
                return new ConnectionEnd(FromHttpError(io.HttpRequestError), 0, error.Message);
            case AuthenticationException:
                return new ConnectionEnd(ConnectionCause.TlsFailed, 0, error.Message);
            case IOException:
                return new ConnectionEnd(ConnectionCause.SocketError, 0, error.Message);
            default:
                return new ConnectionEnd(ConnectionCause.InternalError, 0, error.GetType().Name + ": " + error.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    /// <summary>
    /// A reset or the end of the connection by the server, or its breaking of HTTP/2: the platform has one exception
    /// for both, and only its words tell them apart.
    /// </summary>
    private static ConnectionEnd FromProtocol(HttpProtocolException broken) => new(
        broken.Message.Contains("invalid data", StringComparison.Ordinal)
            ? ConnectionCause.ProtocolViolation
            : ConnectionCause.SocketError,
        (int)broken.ErrorCode, broken.Message);

    private static ConnectionCause FromHttpError(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => ConnectionCause.NameNotFound,
        HttpRequestError.ConnectionError => ConnectionCause.ConnectFailed,
        HttpRequestError.SecureConnectionError => ConnectionCause.TlsFailed,
        HttpRequestError.ResponseEnded => ConnectionCause.EndOfStream,
        HttpRequestError.ConfigurationLimitExceeded => ConnectionCause.MessageTooLong,
        HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse
            or HttpRequestError.VersionNegotiationError => ConnectionCause.ProtocolViolation,
        _ => ConnectionCause.SocketError,
    };
}
