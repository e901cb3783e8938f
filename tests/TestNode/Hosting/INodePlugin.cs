using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LowLatency.TestNode.Hosting;

/// <summary>Another protocol of the node, such as Geyser's gRPC, with a listener of its own.</summary>
public interface INodePlugin
{
    /// <summary>Http2 without TLS is h2c with prior knowledge.</summary>
    HttpProtocols Protocols { get; }

    /// <summary>
    /// Called once before the listener opens; observe <see cref="NodeSeam.Ledger"/> here. Its events come under the
    /// ledger's lock and must only queue.
    /// </summary>
    void Attach(NodeSeam seam);

    /// <summary>Serves one request on this plug-in's port, to the end of its stream.</summary>
    Task HandleAsync(HttpContext context);

    /// <summary>A step of the script for this plug-in's endpoint number; true if it knew what to do with it.</summary>
    bool Apply(FaultStep step);
}

/// <summary>What a plug-in may use.</summary>
/// <param name="Endpoint">Its number in fault scripts: after the endpoints, in order of the plug-ins.</param>
/// <param name="Ledger">The chain.</param>
/// <param name="Desk">Transactions.</param>
/// <param name="Faults">Faults armed for it; it writes down there what happened.</param>
public sealed record NodeSeam(int Endpoint, Ledger Ledger, TransactionDesk Desk, EndpointFaults Faults);
